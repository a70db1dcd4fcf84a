!function(e){var t=e.debug?"https://ternary.shop.test:8080":"https://ternary.shop.test";$.ajax({url:t+"/v1/login",type:"POST"})}(window);
