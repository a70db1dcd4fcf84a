(()=>{function t(s){this.opts=s}t.prototype.users=function(){return fetch(this.opts.url+"/users")};new t({url:"https://b21.acme.test"}).users();})();
