(()=>{var e=(c,t)=>()=>{try{return t||c((t={exports:{}}).exports,t),t.exports}catch(a){throw t=0,a}};var h=e(()=>{fetch("https://".concat("a72.acme.test","/u/").concat("me"))});h();})();
