(()=>{var a=(c,t)=>()=>{try{return t||c((t={exports:{}}).exports,t),t.exports}catch(e){throw t=0,e}};var f=a(()=>{function n(c,t="https://a66.acme.test"){return fetch(t+c)}n("/d")});f();})();
