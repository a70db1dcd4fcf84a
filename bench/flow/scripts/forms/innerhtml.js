(()=>{var t="https://b49.acme.test";el.innerHTML='<img src="'+t+'/p.png">';})();
