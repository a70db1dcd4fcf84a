var BASE="https://q2.acme.test/api";$.ajaxSetup({beforeSend:function(x,s){s.url=BASE+s.url}});$.get("/users");$.ajax({url:"/cars"});
