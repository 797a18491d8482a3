package io.weft.core.link;

import io.weft.api.v1.AgentMessage;
import io.weft.api.v1.ControlMessage;
import io.weft.core.settings.HostPort;

/** An open stream to one control. Used on the link's thread alone. */
interface ControlStream {

  /** Sends, or drops where the stream has ended. */
  void send(AgentMessage message);

  /** Whether what was sent is on its way, so that what may be left out can be sent. */
  boolean ready();

  /** Lets what was sent go out and ends the stream from this side. */
  void finish();

  /** Ends it at once. */
  void abort();

  /** What the stream tells its owner, on the link's thread. */
  interface Events {

    void received(ControlMessage message);

    /** Nothing comes after it; called exactly once, not after {@link ControlStream#abort}. */
    void ended(Ending ending);
  }

  /** Opens streams. */
  interface Opener {

    /** Begins to connect; failure comes as an event, never as an exception. */
    ControlStream open(HostPort control, JoinCredential credential, Events events);
  }
}
