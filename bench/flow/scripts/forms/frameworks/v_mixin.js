var mixin={data:function(){return{apiBase:"https://v7.acme.test"}}};new Vue({mixins:[mixin],methods:{l:function(){return fetch(this.apiBase+"/users")}}});
