(()=>{var t=Object.freeze({PROD:Object.freeze({H:"fre.shop.test",P:Object.freeze({U:"/v1/u"})})}),e=t.PROD;fetch("https://"+e.H+e.P.U);})();
