package dev.tocsin.mqtt;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// One connection to a broker, from [#open] to [#close]. One thread takes what comes; any thread may send, and close. Each call
/// may block: for virtual threads, for instance.
///
/// As long as nobody takes anything nothing is read, so that the broker keeps it; pings go out all the same. Messages are
/// subscribed to at QoS 1 and acknowledged by the owner alone. Every failure is an [IOException] with a sentence, after which
/// the connection is of no more use.
public final class MqttConnection implements AutoCloseable {

  /// How long connecting, and the broker's answer to it, may take.
  public static final int CONNECT_MILLIS = 10_000;

  /// After how many keep alives without a word from the broker the connection is dead. Each half of one a ping goes out.
  private static final int SILENT_KEEP_ALIVES = 2;

  private static final int READ_BUFFER_BYTES = 16 * 1024;

  // immutable
  private final MqttVersion version;
  private final Socket socket;
  private final Socket plain;
  private final InputStream in;
  private final OutputStream out;
  private final PacketReader reader;
  private final ConnectAnswer answer;
  private final int silentSeconds;
  private final AskedSubscriptions subscriptions = new AskedSubscriptions();
  private final CountDownLatch closed = new CountDownLatch(1);

  /// Held while a packet is written.
  private final ReentrantLock writing = new ReentrantLock();

  // guarded by writing
  private int lastPacketId;

  /// @param socket over which the broker is spoken to
  /// @param plain what is below that
  private MqttConnection(MqttOptions options, Socket socket, Socket plain) throws IOException {
    this.version = options.version();
    this.socket = socket;
    this.plain = plain;
    this.in = new BufferedInputStream(socket.getInputStream(), READ_BUFFER_BYTES);
    this.out = socket.getOutputStream();
    this.reader = new PacketReader(version, options.maxPayloadBytes());
    out.write(Packets.connect(options));
    this.answer = ConnectAnswer.read(PacketInput.next(in), version);
    int keepAlive =
        answer.keepAliveSeconds() == 0 ? options.keepAliveSeconds() : answer.keepAliveSeconds();
    this.silentSeconds = keepAlive * SILENT_KEEP_ALIVES;
    socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, silentSeconds * 1_000L));
    Thread.ofVirtual()
        .name("tocsin-mqtt-ping-" + options.clientId())
        .start(() -> ping(keepAlive * 500L));
  }

  /// Connects, and waits for the broker's answer.
  ///
  /// @throws MqttRefusedException when the broker says no
  public static MqttConnection open(MqttOptions options) throws IOException {
    MqttAddress address = options.address();
    InetSocketAddress place = new InetSocketAddress(address.host(), address.port());
    if (place.isUnresolved()) {
      throw new UnknownHostException("there is no host " + address.host());
    }
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(place, CONNECT_MILLIS);
      socket.setSoTimeout(CONNECT_MILLIS);
      return address.isEncrypted()
          ? openEncrypted(socket, options)
          : new MqttConnection(options, socket, socket);
    } catch (SocketTimeoutException e) {
      abandon(socket);
      throw new IOException("no answer within " + CONNECT_MILLIS / 1_000 + " s", e);
    } catch (IOException | RuntimeException e) {
      abandon(socket);
      throw e;
    }
  }

  /// A broker that wants a certificate, or another one, says so at the end of the handshake of TLS 1.3 or after it, and may have
  /// gone before that is read.
  private static MqttConnection openEncrypted(Socket plain, MqttOptions options)
      throws IOException {
    try {
      return new MqttConnection(options, encrypt(plain, options), plain);
    } catch (SocketException | SSLException e) {
      throw new IOException(
          "the broker has ended TLS without an answer ("
              + e.getMessage()
              + "); it may want a certificate of its clients, or another one",
          e);
    }
  }

  private static Socket encrypt(Socket socket, MqttOptions options) throws IOException {
    MqttAddress address = options.address();
    SSLSocketFactory factory =
        options.tls() == null
            ? (SSLSocketFactory) SSLSocketFactory.getDefault()
            : options.tls().getSocketFactory();
    SSLSocket encrypted =
        (SSLSocket) factory.createSocket(socket, address.host(), address.port(), true);
    SSLParameters parameters = encrypted.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    encrypted.setSSLParameters(parameters);
    try {
      encrypted.startHandshake();
    } catch (SSLException e) {
      throw new IOException(MqttTls.sentence(e), e);
    }
    return encrypted;
  }

  private static void abandon(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It was of no use before.
    }
  }

  /// What the broker has answered to the connection.
  public ConnectAnswer answer() {
    return answer;
  }

  /// Waits for what comes next.
  ///
  /// @throws MqttRefusedException when the broker ends the connection and says why
  public MqttIncoming receive() throws IOException {
    try {
      while (true) {
        MqttIncoming said = reader.read(PacketInput.next(in));
        subscriptions.hear(said, System.nanoTime());
        if (said != null) {
          return said;
        }
      }
    } catch (SocketTimeoutException e) {
      throw new IOException("the broker has said nothing for " + silentSeconds + " s", e);
    } catch (SocketException e) {
      if (closed.getCount() == 0) {
        throw new EOFException("the connection was closed");
      }
      throw e;
    }
  }

  /// Subscribes at QoS 1, or asks for more topics; what is retained comes as well.
  ///
  /// @return the packet identifier of the answer
  public int subscribe(List<String> filters) throws IOException {
    return send(id -> {
      subscriptions.ask(id, filters.size(), System.nanoTime());
      return Packets.subscribe(version, id, filters);
    });
  }

  /// Gives up subscriptions.
  ///
  /// @return the packet identifier of the answer
  public int unsubscribe(List<String> filters) throws IOException {
    return send(id -> Packets.unsubscribe(version, id, filters));
  }

  /// Sends a message at QoS 1, which the broker will acknowledge. That no more than [ConnectAnswer#receiveMaximum] are on their
  /// way is the caller's matter, as are the broker's other bounds.
  ///
  /// @return the packet identifier of the acknowledgement
  public int publish(MqttMessage message) throws IOException {
    return send(id -> Packets.publish(version, id, message));
  }

  /// The same for an owner who has to know the packet identifier before the broker can answer.
  ///
  /// @param told is handed the packet identifier before anything is sent; it must not wait
  void publish(MqttMessage message, IntConsumer told) throws IOException {
    send(id -> {
      told.accept(id);
      return Packets.publish(version, id, message);
    });
  }

  /// How long the packet of a message is.
  int packetBytes(MqttMessage message) {
    return Packets.publish(version, 1, message).length;
  }

  /// Acknowledges a message: the broker forgets it.
  ///
  /// @param packetId that of the message; nothing happens for 0
  public void acknowledge(int packetId) throws IOException {
    if (packetId != 0) {
      write(Packets.puback(packetId));
    }
  }

  @FunctionalInterface
  private interface Numbered {
    byte[] packet(int id);
  }

  private int send(Numbered packet) throws IOException {
    writing.lock();
    try {
      lastPacketId = lastPacketId == 0xFFFF ? 1 : lastPacketId + 1;
      write(packet.packet(lastPacketId));
      return lastPacketId;
    } finally {
      writing.unlock();
    }
  }

  private void write(byte[] packet) throws IOException {
    writing.lock();
    try {
      out.write(packet);
    } finally {
      writing.unlock();
    }
  }

  private void ping(long everyMillis) {
    try {
      while (!closed.await(everyMillis, TimeUnit.MILLISECONDS)) {
        write(Packets.PINGREQ);
      }
    } catch (IOException e) {
      // Whoever receives meets the same.
      abandon(plain);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends the connection as if it had broken: the broker publishes the will.
  public void leave() {
    end(version == MqttVersion.V5 ? Packets.disconnectWithWill() : new byte[0]);
  }

  /// Ends the connection: in order, where the broker takes the last word at once. The session stays, as long as the broker
  /// keeps it.
  @Override
  public void close() {
    end(Packets.disconnect());
  }

  private void end(byte[] lastWord) {
    if (closed.getCount() == 0) {
      return;
    }
    closed.countDown();
    // Somebody may be stuck in a write that will never end; TLS would then wait for it with its own
    // last word.
    if (writing.tryLock()) {
      try {
        out.write(lastWord);
        socket.close();
      } catch (IOException e) {
        // It has ended already.
      } finally {
        writing.unlock();
      }
    }
    abandon(plain);
  }

  @Override
  public @Nullable String toString() {
    return socket.toString();
  }
}
