(()=>{var a=(s,t)=>()=>{try{return t||s((t={exports:{}}).exports,t),t.exports}catch(p){throw t=0,p}};var c=a(()=>{importScripts("https://a33.acme.test/w.js")});c();})();
