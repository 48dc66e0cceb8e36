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

    public TValue? Find(in TKey key)
    {
        if (_new.TryGetValue(key, out var found)) return found;
        if (!_old.Remove(key, out found)) return null;
        Set(key, found);
        return found;
    }

    public void Set(in TKey key, TValue value)
    {
        if (_new.Count >= half) (_new, _old) = ([], _new);
        _new[key] = value;
    }

    public void Clear()
    {
        _new.Clear();
        _old.Clear();
    }
}
