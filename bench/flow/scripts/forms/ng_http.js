(()=>{angular.module("a").service("s",function(e){var t="https://b41.acme.test";this.l=function(){return e({method:"GET",url:t+"/users"})}});})();
