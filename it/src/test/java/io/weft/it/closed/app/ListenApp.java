package io.weft.it.closed.app;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Listens as it is told, a line at a time: {@code socket 0.0.0.0 8080}. But for {@code http}, it
 * does so without any library that the agent knows, and gives back each line that it reads.
 */
public final class ListenApp {
  private ListenApp() {}

  public static void main(String[] args) throws IOException {
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      try {
        int port = listen(words[0], new InetSocketAddress(words[1], Integer.parseInt(words[2])));
        System.out.println(line + " listens on port " + port);
      } catch (IOException e) {
        System.out.println(line + " failed: " + e);
      }
    }
  }

  private static int listen(String how, SocketAddress at) throws IOException {
    switch (how) {
      case "socket" -> {
        ServerSocket socket = new ServerSocket();
        socket.bind(at);
        serve(() -> echo(socket.accept()));
        return socket.getLocalPort();
      }
      case "channel" -> {
        ServerSocketChannel channel = ServerSocketChannel.open().bind(at);
        serve(() -> echo(channel.accept()));
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
      }
      case "asynchronous" -> {
        AsynchronousServerSocketChannel channel = AsynchronousServerSocketChannel.open().bind(at);
        channel.accept(null, new Accepted(channel));
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
      }
      case "http" -> {
        HttpServer server = HttpServer.create((InetSocketAddress) at, 0);
        server.createContext(
            "/",
            exchange -> {
              System.out.println("served " + exchange.getRequestURI());
              exchange.sendResponseHeaders(200, -1);
              exchange.close();
            });
        server.setExecutor(java.util.concurrent.Executors.newCachedThreadPool());
        server.start();
        return server.getAddress().getPort();
      }
      default -> throw new IOException("no such way: " + how);
    }
  }

  private interface Server {
    void next() throws IOException;
  }

  private static void serve(Server server) {
    Thread thread =
        new Thread(
            () -> {
              while (true) {
                try {
                  server.next();
                } catch (IOException e) {
                  System.out.println("accepting failed: " + e);
                  return;
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private static void echo(Socket socket) {
    serveOne(
        socket,
        () -> {
          byte[] bytes = new byte[1_000];
          int read = socket.getInputStream().read(bytes);
          while (read >= 0) {
            tell(Arrays.copyOf(bytes, read));
            socket.getOutputStream().write(bytes, 0, read);
            read = socket.getInputStream().read(bytes);
          }
        });
  }

  private static void echo(SocketChannel channel) {
    serveOne(
        channel,
        () -> {
          ByteBuffer bytes = ByteBuffer.allocate(1_000);
          while (channel.read(bytes) >= 0) {
            tell(Arrays.copyOf(bytes.array(), bytes.position()));
            channel.write(bytes.flip());
            bytes.clear();
          }
        });
  }

  private static void serveOne(Closeable connection, Server work) {
    new Thread(
            () -> {
              try (connection) {
                work.next();
              } catch (IOException e) {
                System.out.println("a connection failed: " + e);
              }
            })
        .start();
  }

  private static void tell(byte[] read) {
    System.out.println("read " + new String(read, StandardCharsets.UTF_8).strip());
  }

  private record Accepted(AsynchronousServerSocketChannel listener)
      implements CompletionHandler<AsynchronousSocketChannel, Object> {
    @Override
    public void completed(AsynchronousSocketChannel connection, Object nothing) {
      listener.accept(null, this);
      new Thread(() -> answer(connection)).start();
    }

    private static void answer(AsynchronousSocketChannel connection) {
      try (connection) {
        ByteBuffer bytes = ByteBuffer.allocate(1_000);
        while (connection.read(bytes).get() >= 0) {
          tell(Arrays.copyOf(bytes.array(), bytes.position()));
          connection.write(bytes.flip()).get();
          bytes.clear();
        }
      } catch (IOException | InterruptedException | java.util.concurrent.ExecutionException e) {
        System.out.println("a connection failed: " + e);
      }
    }

    @Override
    public void failed(Throwable why, Object nothing) {
      System.out.println("accepting failed: " + why);
    }
  }
}
