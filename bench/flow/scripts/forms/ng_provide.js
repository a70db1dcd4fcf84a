(()=>{angular.module("a").value("cfg",{base:"https://b42.acme.test"}).controller("c",["$http","cfg",function(e,t){e.get(t.base+"/users")}]);})();
