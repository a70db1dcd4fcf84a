const e={VITE_API:"https://v3.acme.test",BASE_URL:"/",MODE:"production",DEV:!1,PROD:!0,SSR:!1};const t=e.VITE_API;fetch(`${t}/users`);
