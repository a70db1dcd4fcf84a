function A(o) { this.o = o; }
A.prototype.get = function (u) { const x = new XMLHttpRequest(); x.open("GET", this.o.baseURL + u); x.send(); return x; };
A.prototype.post = A.prototype.get;
export default { create(o) { return new A(o); } };
