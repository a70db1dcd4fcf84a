(()=>{function h(n,p){var t=this;t.h=n,t.p=p,t.get=function(a){var e=new XMLHttpRequest;e.open("GET","http://"+t.h+":"+t.p+a),e.send()}}var s=new h("a29.acme.test",81);s.get("/z");})();
