(()=>{var s={},t,c=(t=s.base)!=null?t:"https://b4.acme.test";fetch(`${c}/a`);})();
