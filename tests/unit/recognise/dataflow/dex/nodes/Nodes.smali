.class Ltest/shop/Nodes;
.super Ljava/lang/Object;

# The database that the settings of the app name: getInstance().getReference("Users").child("Messages")
.method static write()V
    .registers 4
    invoke-static {}, Lcom/google/firebase/database/FirebaseDatabase;->getInstance()Lcom/google/firebase/database/FirebaseDatabase;
    move-result-object v0
    const-string v1, "Users"
    invoke-virtual {v0, v1}, Lcom/google/firebase/database/FirebaseDatabase;->getReference(Ljava/lang/String;)Lcom/google/firebase/database/DatabaseReference;
    move-result-object v0
    const-string v1, "Messages"
    invoke-virtual {v0, v1}, Lcom/google/firebase/database/DatabaseReference;->child(Ljava/lang/String;)Lcom/google/firebase/database/DatabaseReference;
    move-result-object v0
    return-void
.end method

# getReference("Rooms").child(room)
.method static read(Ljava/lang/String;)V
    .registers 4
    invoke-static {}, Lcom/google/firebase/database/FirebaseDatabase;->getInstance()Lcom/google/firebase/database/FirebaseDatabase;
    move-result-object v0
    const-string v1, "Rooms"
    invoke-virtual {v0, v1}, Lcom/google/firebase/database/FirebaseDatabase;->getReference(Ljava/lang/String;)Lcom/google/firebase/database/DatabaseReference;
    move-result-object v0
    invoke-virtual {v0, p0}, Lcom/google/firebase/database/DatabaseReference;->child(Ljava/lang/String;)Lcom/google/firebase/database/DatabaseReference;
    return-void
.end method

# getReference().child("Orders")
.method static root()V
    .registers 4
    invoke-static {}, Lcom/google/firebase/database/FirebaseDatabase;->getInstance()Lcom/google/firebase/database/FirebaseDatabase;
    move-result-object v0
    invoke-virtual {v0}, Lcom/google/firebase/database/FirebaseDatabase;->getReference()Lcom/google/firebase/database/DatabaseReference;
    move-result-object v0
    const-string v1, "Orders"
    invoke-virtual {v0, v1}, Lcom/google/firebase/database/DatabaseReference;->child(Ljava/lang/String;)Lcom/google/firebase/database/DatabaseReference;
    return-void
.end method

# A bucket has references, too.
.method static picture(Lcom/google/firebase/storage/StorageReference;)V
    .registers 3
    const-string v0, "pictures"
    invoke-virtual {p0, v0}, Lcom/google/firebase/storage/StorageReference;->child(Ljava/lang/String;)Lcom/google/firebase/storage/StorageReference;
    return-void
.end method
