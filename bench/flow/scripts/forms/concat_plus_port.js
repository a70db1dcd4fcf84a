(()=>{var t="b33.acme.test";fetch("http://"+t+":8080/users");})();
