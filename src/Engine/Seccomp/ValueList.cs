using System.Collections;

namespace Sandbox.Seccomp;

/// <summary>A list that can't change and equals another with equal items in the same order, so that records compare by value.</summary>
internal sealed class ValueList<T> : IReadOnlyList<T>
{
    private readonly T[] items;

    private ValueList(T[] items) => this.items = items;

    public int Count => items.Length;

    public T this[int index] => items[index];

    public static ValueList<T> Of(IEnumerable<T> items) => items as ValueList<T> ?? new([.. items]);

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();

    public override bool Equals(object? obj) => obj is ValueList<T> other && items.AsSpan().SequenceEqual(other.items);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in items) hash.Add(item);
        return hash.ToHashCode();
    }
}
