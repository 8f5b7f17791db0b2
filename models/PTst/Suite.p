module Log = { Host, Primary, Secondary, Promotion, Rejoin, Witness, Client };
