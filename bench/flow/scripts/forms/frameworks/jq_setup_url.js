$.ajaxSetup({url:"https://q1.acme.test/rpc.php",type:"POST"});$.ajax({data:{a:1}});
