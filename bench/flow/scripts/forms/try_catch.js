(()=>{var t="https://b32.acme.test";try{t=JSON.parse(x).b}catch(e){}fetch(t+"/users");})();
