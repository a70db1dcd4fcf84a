const api = atob("aHR0cHM6Ly9hdG9i" + "LnNob3AudGVzdC92MQ==");
fetch(api + "/me");
