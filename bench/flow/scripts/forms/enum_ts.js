(()=>{var t;(function(o){o.Prod="b18.acme.test",o.Dev="localhost"})(t||(t={}));fetch("https://"+t.Prod+"/ping");})();
