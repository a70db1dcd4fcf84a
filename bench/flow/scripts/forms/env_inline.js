(()=>{var e=(A,t)=>()=>{try{return t||A((t={exports:{}}).exports,t),t.exports}catch(P){throw t=0,P}};var c=e(()=>{var _="https://a71.acme.test/v1";fetch(_+"/k")});c();})();
