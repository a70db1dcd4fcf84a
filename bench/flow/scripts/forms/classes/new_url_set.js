(()=>{var t=new URL("https://a38.acme.test");t.pathname="/nu/a";fetch(t.href);})();
