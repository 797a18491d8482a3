package io.weft.core.link;

import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Hello;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.Update;
import io.weft.api.v1.Version;
import io.weft.api.v1.Welcome;
import io.weft.core.settings.HostPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A control without a network: refuses, answers and breaks off as the test says. */
final class ScriptedControl implements ControlStream.Opener {

  final List<Stream> streams = new ArrayList<>();
  final List<HostPort> tried = new ArrayList<>();
  final Set<HostPort> unreachable = new HashSet<>();
  Welcome welcome = Welcome.newBuilder().setMesh("default").build();

  @Override
  public ControlStream open(
      HostPort control, JoinCredential credential, ControlStream.Events events) {
    tried.add(control);
    Stream stream = new Stream(events, unreachable.contains(control));
    streams.add(stream);
    return stream;
  }

  Stream last() {
    return streams.get(streams.size() - 1);
  }

  /** One stream as control sees it. */
  final class Stream implements ControlStream {

    final List<AgentMessage> received = new ArrayList<>();
    boolean finished;
    boolean aborted;
    private final Events events;
    private final boolean dead;

    Stream(Events events, boolean dead) {
      this.events = events;
      this.dead = dead;
    }

    @Override
    public void send(AgentMessage message) {
      if (message.hasHello() && dead) {
        end(Ending.Kind.UNREACHABLE, "connection refused");
        return;
      }
      received.add(message);
      if (message.hasHello()) {
        push(ControlMessage.newBuilder().setWelcome(welcome));
      }
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public void finish() {
      finished = true;
      end(Ending.Kind.UNREACHABLE, "it ended the stream");
    }

    @Override
    public void abort() {
      aborted = true;
    }

    void push(ControlMessage.Builder message) {
      events.received(message.build());
    }

    void update(long id, Resource... resources) {
      push(
          ControlMessage.newBuilder()
              .setUpdate(
                  Update.newBuilder()
                      .setId(id)
                      .setVersion(Version.newBuilder().setEpoch(1).setGeneration(id))
                      .addAllResources(List.of(resources))));
    }

    void remove(long id, ResourceVersion... removed) {
      push(
          ControlMessage.newBuilder()
              .setUpdate(Update.newBuilder().setId(id).addAllRemoved(List.of(removed))));
    }

    void end(Ending.Kind kind, String reason) {
      events.ended(new Ending(kind, reason));
    }

    Hello hello() {
      return received.get(0).getHello();
    }

    AgentMessage lastReceived() {
      return received.get(received.size() - 1);
    }
  }
}
