var App={server:"https://q4.acme.test",call:function(m,d,ok){$.ajax({url:this.server+"/svc/"+m,data:d,success:ok})},start:function(){this.call("list",{},function(){})}};App.start();
