using Sandbox.Events;

namespace Sandbox.Denials;

/// <summary>One watch over denials, with what it got and what it lost.</summary>
public abstract class SeccompDenialSession : WatchSession<SeccompDenial>
{
    private readonly SeccompDenial[] _buffer = new SeccompDenial[256];

    /// <summary>Where its denials are from; never Auto.</summary>
    public abstract SeccompDenialSource Source { get; }

    /// <summary>Denials of what is watched that came.</summary>
    public abstract long Received { get; }

    /// <summary>
    /// Denials (from the kernel's records: records, of whichever process) that were lost on the way, as far as that is known.
    /// </summary>
    public abstract long Lost { get; }

    /// <summary>Whether <see cref="Lost"/> is exact.</summary>
    public abstract bool LossKnown { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Source}: {Received} received, {Lost}{(LossKnown ? "" : " or more")} lost";

    /// <summary>
    /// Waits until everything that happened before this call has been taken in, so that a recorder which stops then has it all; false
    /// where that can't be told within the time.
    /// </summary>
    internal virtual bool Drain(TimeSpan bound) => true;

    /// <summary>Takes what has come, waiting at most so long; <paramref name="ended"/> tells that nothing comes any more.</summary>
    private protected abstract int Take(SeccompDenial[] buffer, TimeSpan wait, out bool ended);

    private protected sealed override bool Take(List<SeccompDenial> batch, TimeSpan wait)
    {
        batch.AddRange(_buffer.AsSpan(0, Take(_buffer, wait, out var ended)));
        return ended;
    }

    private protected sealed override long CountOf(SeccompDenial item) => item.Count;
}
