package dev.vedette.runtime.http;

import dev.vedette.model.Invariant;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Carries a response body from the thread that writes it to the event loop that sends it. At most
 * {@value #MAX_WAITING} buffers of {@value #BUFFER_BYTES} bytes wait; then the writer does.
 *
 * <p>A body that fits one buffer never becomes a stream: {@link #close} hands it over whole. One
 * writer thread; one subscriber. A writer whose client is gone gets {@link ClientGone}.
 */
final class BodyPipe extends OutputStream implements Publisher<ByteBuf>, Subscription {
  static final int BUFFER_BYTES = 64 << 10;
  static final int MAX_WAITING = 4;
  private static final int FIRST_BYTES = 4 << 10;

  /** What becomes of the body; called once, on the writer's thread. */
  interface Outcome {
    void whole(byte[] body);

    void stream(BodyPipe body);
  }

  private final Outcome outcome;
  private final Duration patience;

  // Confined to the writer.
  private byte[] buffer = new byte[FIRST_BYTES];
  private int used;
  private boolean streaming;
  private boolean closed;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  // Under the lock.
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(MAX_WAITING);
  private @Nullable Subscriber<? super ByteBuf> subscriber;
  private @Nullable Throwable failure;
  private long demand;
  private boolean ended;
  private boolean gone;
  private boolean emitting;

  /**
   * @param patience how long the writer waits for a client that does not read
   */
  BodyPipe(Outcome outcome, Duration patience) {
    this.outcome = outcome;
    this.patience = patience;
  }

  @Override
  public void write(int b) throws IOException {
    if (used == buffer.length) {
      makeRoom();
    }
    buffer[used++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      if (used == buffer.length) {
        makeRoom();
      }
      int part = Math.min(left, buffer.length - used);
      System.arraycopy(bytes, from, buffer, used, part);
      used += part;
      from += part;
      left -= part;
    }
  }

  /** Hands over what is left. Without this the body is not whole and must be {@link #fail}ed. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (!streaming) {
      outcome.whole(Arrays.copyOf(buffer, used));
      return;
    }
    if (used > 0) {
      enqueue(Unpooled.wrappedBuffer(buffer, 0, used));
    }
    end(null);
  }

  /** Whether something has gone out already, so that an error cannot change the reply any more. */
  boolean isStreaming() {
    return streaming;
  }

  /** Breaks a stream off, so that the client notices that it is not whole. */
  void fail(Throwable cause) {
    closed = true;
    end(cause);
  }

  private void makeRoom() throws IOException {
    Invariant.check(!closed, "BUG: written to after close");
    if (buffer.length < BUFFER_BYTES) {
      buffer = Arrays.copyOf(buffer, Math.min(BUFFER_BYTES, buffer.length * 4));
      return;
    }
    if (!streaming) {
      streaming = true;
      outcome.stream(this);
    }
    enqueue(Unpooled.wrappedBuffer(buffer, 0, used));
    buffer = new byte[BUFFER_BYTES];
    used = 0;
  }

  private void enqueue(ByteBuf bytes) throws IOException {
    lock.lock();
    try {
      long left = patience.toNanos();
      while (waiting.size() == MAX_WAITING && !gone) {
        if (left <= 0) {
          throw new ClientGone("client read nothing for %d s".formatted(patience.toSeconds()));
        }
        left = room.awaitNanos(left);
      }
      if (gone) {
        throw new ClientGone("client closed the connection");
      }
      waiting.add(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGone("interrupted while the client was reading");
    } finally {
      lock.unlock();
    }
    emit();
  }

  private void end(@Nullable Throwable cause) {
    lock.lock();
    try {
      ended = true;
      failure = cause;
    } finally {
      lock.unlock();
    }
    emit();
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuf> to) {
    lock.lock();
    try {
      Invariant.check(subscriber == null, "BUG: a second subscriber of one body");
      subscriber = to;
    } finally {
      lock.unlock();
    }
    to.onSubscribe(this);
    emit();
  }

  @Override
  public void request(long buffers) {
    lock.lock();
    try {
      demand = buffers > Long.MAX_VALUE - demand ? Long.MAX_VALUE : demand + buffers;
    } finally {
      lock.unlock();
    }
    emit();
  }

  /** The client is gone; what waits is dropped and the writer is told. */
  @Override
  public void cancel() {
    lock.lock();
    try {
      gone = true;
      waiting.clear();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends what may be sent. One thread at a time, never under the lock: onNext may call back. */
  private void emit() {
    while (true) {
      @Nullable ByteBuf next;
      Subscriber<? super ByteBuf> to;
      lock.lock();
      try {
        if (emitting || subscriber == null || gone) {
          return;
        }
        to = subscriber;
        next = demand > 0 ? waiting.poll() : null;
        if (next == null && !(ended && waiting.isEmpty())) {
          return;
        }
        demand -= next == null ? 0 : 1;
        gone = next == null;
        emitting = true;
        room.signalAll();
      } finally {
        lock.unlock();
      }
      deliver(to, next);
    }
  }

  private void deliver(Subscriber<? super ByteBuf> to, @Nullable ByteBuf next) {
    try {
      if (next != null) {
        to.onNext(next);
      } else if (failure != null) {
        to.onError(failure);
      } else {
        to.onComplete();
      }
    } finally {
      lock.lock();
      try {
        emitting = false;
      } finally {
        lock.unlock();
      }
    }
  }
}
