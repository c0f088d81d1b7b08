package dev.vedette.e2e;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.VMStartEvent;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequestManager;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Brings a process to a standstill where it begins a method, all of its threads, for who kills it
 * there: what comes before that place is done, and nothing behind it. A debugger without a person.
 */
final class Halt implements AutoCloseable {
  private static final long PATIENCE_MINUTES = 2;

  private final List<String> places;
  private final ListeningConnector connector;
  private final Map<String, Connector.Argument> arguments;
  private final int port;
  private final CompletableFuture<String> stands = new CompletableFuture<>();
  // Of the thread that follows the process.
  private int reached;

  private Halt(List<String> places) throws IOException, IllegalConnectorArgumentsException {
    this.places = List.copyOf(places);
    connector =
        Bootstrap.virtualMachineManager().listeningConnectors().stream()
            .filter(one -> one.name().equals("com.sun.jdi.SocketListen"))
            .findFirst()
            .orElseThrow();
    arguments = connector.defaultArguments();
    arguments.get("localAddress").setValue("127.0.0.1");
    String address = connector.startListening(arguments);
    port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    Thread.ofPlatform().daemon().name("halt").start(this::follow);
  }

  /**
   * A place to stand still at: the beginning of the last of these methods, each with its class,
   * once the process has come to all those before, in this order.
   */
  static Halt at(List<String> places) throws IOException, IllegalConnectorArgumentsException {
    return new Halt(places);
  }

  /** The command of a JVM that waits for this before it does anything. */
  List<String> in(List<String> command) {
    List<String> followed = new ArrayList<>(command);
    followed.add(
        1,
        "-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=127.0.0.1:%d"
            .formatted(port));
    return followed;
  }

  /** Returns once the process stands still; fails where it ends before. */
  void await() throws ExecutionException, InterruptedException {
    try {
      stands.get(PATIENCE_MINUTES, TimeUnit.MINUTES);
    } catch (TimeoutException e) {
      throw new AssertionError("the process did not come to %s".formatted(places), e);
    }
  }

  private void follow() {
    try {
      follow(connector.accept(arguments));
    } catch (VMDisconnectedException e) {
      String message = "the process ended before it came to all of %s".formatted(places);
      stands.completeExceptionally(new AssertionError(message, e));
    } catch (IOException
        | IllegalConnectorArgumentsException
        | InterruptedException
        | RuntimeException
        | AssertionError e) {
      stands.completeExceptionally(e);
    }
  }

  private void follow(VirtualMachine process) throws InterruptedException {
    while (true) {
      EventSet events = process.eventQueue().remove();
      for (Event event : events) {
        switch (event) {
          case VMStartEvent _ -> watchFor(process, places.getFirst());
          case ClassPrepareEvent loaded -> breakAt(loaded.referenceType(), places.get(reached));
          case BreakpointEvent _ -> {
            reached++;
            if (reached == places.size()) {
              stands.complete(places.getLast());
              return;
            }
            watchFor(process, places.get(reached));
          }
          default -> {}
        }
      }
      events.resume();
    }
  }

  private static void watchFor(VirtualMachine process, String place) {
    EventRequestManager requests = process.eventRequestManager();
    requests.deleteAllBreakpoints();
    requests.deleteEventRequests(List.copyOf(requests.classPrepareRequests()));
    String type = type(place);
    List<ReferenceType> loaded = process.classesByName(type);
    if (loaded.isEmpty()) {
      ClassPrepareRequest request = requests.createClassPrepareRequest();
      request.addClassFilter(type);
      request.enable();
    }
    loaded.forEach(found -> breakAt(found, place));
  }

  /** In all methods of that name. */
  private static void breakAt(ReferenceType type, String place) {
    List<Method> methods = type.methodsByName(place.substring(place.lastIndexOf('.') + 1));
    if (methods.isEmpty()) {
      throw new AssertionError("%s is no more; where is that done now?".formatted(place));
    }
    EventRequestManager requests = type.virtualMachine().eventRequestManager();
    methods.stream()
        .filter(method -> method.location() != null)
        .forEach(method -> requests.createBreakpointRequest(method.location()).enable());
  }

  private static String type(String place) {
    return place.substring(0, place.lastIndexOf('.'));
  }

  @Override
  public void close() throws IOException, IllegalConnectorArgumentsException {
    connector.stopListening(arguments);
  }
}
