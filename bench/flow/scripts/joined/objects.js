const servers=[{host:"a.objects.shop.test",path:"/x"},{host:"b.objects.shop.test",path:"/y"}];servers.forEach(function({host,path:p}){fetch("https://"+host+p)});
