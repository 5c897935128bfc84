/// The same program as a module of Java.
module example {
  requires dev.tocsin.client;
  requires dev.tocsin.events;
  requires dev.tocsin.server;
  requires java.net.http; // which the client is made of
}
