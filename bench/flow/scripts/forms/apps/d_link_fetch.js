(()=>{var t="https://both.dlf.own.test/app.json";document.body.innerHTML='<a href="https://both.dlf.own.test/app.json">x</a>';fetch(t);})();
