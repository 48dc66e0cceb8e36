namespace Sandbox.Capture;

/// <summary>
/// A dictionary of bounded size that forgets what wasn't asked for in a long time: two halves, of which the older is dropped whole when the
/// newer is full.
/// </summary>
internal sealed class RecentTable<TKey, TValue>(int half)
    where TKey : notnull
    where TValue : class
{
    private Dictionary<TKey, TValue> _new = [], _old = [];
    private long _weight;

    /// <summary>How large a value is, where they differ; null where they don't.</summary>
    public Func<TValue, int>? Weight { get; init; }

    /// <summary>How large all of one half may be.</summary>
    public long Heaviest { get; init; } = long.MaxValue;

    public TValue? Find(in TKey key)
    {
        if (_new.TryGetValue(key, out var found)) return found;
        if (!_old.Remove(key, out found)) return null;
        Set(key, found);
        return found;
    }

    public void Set(in TKey key, TValue value)
    {
        if (_new.Count >= half || _weight > Heaviest) (_new, _old, _weight) = ([], _new, 0);
        if (Weight is not null) _weight += Weight(value);
        _new[key] = value;
    }

    public void Clear()
    {
        _new.Clear();
        _old.Clear();
        _weight = 0;
    }
}
