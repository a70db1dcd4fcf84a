(()=>{var r=(a,t)=>()=>{try{return t||a((t={exports:{}}).exports,t),t.exports}catch(e){throw t=0,e}};var c=r(()=>{fetch(String.raw`https://a73.acme.test/r`)});c();})();
