(()=>{var t=new Image;t.src="https://b46.acme.test/t.gif?"+Date.now();})();
