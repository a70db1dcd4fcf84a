# User and password as arguments of DriverManager.getConnection
.class public Ltest/shop/Orders;
.super Ljava/lang/Object;

.method static constants()V
    .registers 3
    const-string v0, "jdbc:mysql://orders.shop.test:3306/orders"
    const-string v1, "orders"
    const-string v2, "Kd83&sP;q9/Lq"
    invoke-static {v0, v1, v2}, Ljava/sql/DriverManager;->getConnection(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Ljava/sql/Connection;
    return-void
.end method

# The host comes from the settings of the user
.method static chosen(Ljava/lang/String;)V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {v0}, Ljava/lang/StringBuilder;-><init>()V
    const-string v1, "jdbc:jtds:sqlserver://"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0, p0}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, ":1433/till"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    const-string v1, "sa"
    const-string v2, "Torf8Stich27"
    invoke-static {v0, v1, v2}, Ljava/sql/DriverManager;->getConnection(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Ljava/sql/Connection;
    return-void
.end method

# Nothing is known of the address
.method static given(Ljava/lang/String;)V
    .registers 4
    const-string v1, "sa"
    const-string v2, "Sumpf88Dotter5"
    invoke-static {p0, v1, v2}, Ljava/sql/DriverManager;->getConnection(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Ljava/sql/Connection;
    return-void
.end method

# No credentials: a database inside the app, the developer's own computer, a password of the user, a placeholder
.method static harmless(Ljava/lang/String;)V
    .registers 4
    const-string v0, "jdbc:sqlite:/data/data/test.shop/orders.db"
    const-string v1, "orders"
    const-string v2, "Moor9Gras8Ufer"
    invoke-static {v0, v1, v2}, Ljava/sql/DriverManager;->getConnection(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Ljava/sql/Connection;
    const-string v0, "jdbc:mysql://10.0.2.2:3306/orders"
    invoke-static {v0, v1, v2}, Ljava/sql/DriverManager;->getConnection(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Ljava/sql/Connection;
    const-string v0, "jdbc:mysql://orders.shop.test:3306/orders"
    invoke-static {v0, v1, p0}, Ljava/sql/DriverManager;->getConnection(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Ljava/sql/Connection;
    const-string v2, "YOUR_PASSWORD"
    invoke-static {v0, v1, v2}, Ljava/sql/DriverManager;->getConnection(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)Ljava/sql/Connection;
    return-void
.end method

# The same in properties, also with the call that Kotlin writes for props["password"] = ...
.method static properties()V
    .registers 5
    new-instance v1, Ljava/util/Properties;
    invoke-direct {v1}, Ljava/util/Properties;-><init>()V
    const-string v2, "user"
    const-string v3, "orders"
    invoke-virtual {v1, v2, v3}, Ljava/util/Properties;->setProperty(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/Object;
    const-string v2, "password"
    const-string v3, "Erle91Schilf4"
    invoke-interface {v1, v2, v3}, Ljava/util/Map;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const-string v0, "jdbc:mysql://orders.shop.test:3306/orders"
    invoke-static {v0, v1}, Ljava/sql/DriverManager;->getConnection(Ljava/lang/String;Ljava/util/Properties;)Ljava/sql/Connection;
    return-void
.end method

# No credentials: a placeholder, and properties that no client gets
.method static harmlessProperties()V
    .registers 5
    new-instance v1, Ljava/util/Properties;
    invoke-direct {v1}, Ljava/util/Properties;-><init>()V
    const-string v2, "password"
    const-string v3, "YOUR_PASSWORD"
    invoke-virtual {v1, v2, v3}, Ljava/util/Properties;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    const-string v0, "jdbc:mysql://orders.shop.test:3306/orders"
    invoke-static {v0, v1}, Ljava/sql/DriverManager;->getConnection(Ljava/lang/String;Ljava/util/Properties;)Ljava/sql/Connection;
    new-instance v1, Ljava/util/Properties;
    invoke-direct {v1}, Ljava/util/Properties;-><init>()V
    const-string v3, "Binse77Rohr3"
    invoke-virtual {v1, v2, v3}, Ljava/util/Properties;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    return-void
.end method
