var a=b,b=a;fetch("https://"+a+".shop.test");var c=c+c;fetch("https://"+c);
