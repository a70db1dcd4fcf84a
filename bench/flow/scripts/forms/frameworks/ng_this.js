angular.module("app").service("Api",["$http",function(e){var t=this;t.base="https://n7.acme.test",t.load=function(){return e({method:"GET",url:t.base+"/load"})}}]);
