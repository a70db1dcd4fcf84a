const E={production:{api:"https://environment.shop.test",path:"/p"},development:{api:"https://dev.environment.shop.test",path:"/d"}},n=E[process.env.NODE_ENV||"production"];fetch(n.api+n.path);
