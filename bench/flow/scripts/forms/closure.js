(()=>{var e=(c,t)=>()=>{try{return t||c((t={exports:{}}).exports,t),t.exports}catch(s){throw t=0,s}};var m=e(()=>{var a=c=>t=>fetch("https://"+c+t),h=a("a68.acme.test");h("/q")});m();})();
