using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Binding;

/// <summary>
/// An object that came through CLIXML, a job or remoting: its properties as values, and lists and other objects of them. Whatever it
/// says goes through the constructors of the live type, so that a file that someone changed can't make what those refuse.
/// </summary>
internal sealed class PropertyBag
{
    private readonly PSObject bag;
    private readonly string type;

    private PropertyBag(PSObject bag, string type) => (this.bag, this.type) = (bag, type);

    /// <summary>The bag of a type, or null where the object is something else.</summary>
    public static PropertyBag? Of<T>(object? value) => value is PSObject bag && bag.TypeNames.Contains("Deserialized." + typeof(T).FullName, StringComparer.Ordinal) ? new(bag, typeof(T).Name) : null;

    /// <summary>The bag of a type that must be there; <paramref name="place"/> says where, for the error.</summary>
    public static PropertyBag Require<T>(object? value, string place) => Of<T>(value)
        ?? throw new SandboxException("Deserialized,TRUNCATED", SandboxErrorKind.InvalidArgument, $"{place} of the deserialised object is {(value is null ? "missing" : $"'{value}'")} and no {typeof(T).Name}.",
            "Serialise it again without -Depth, in a session that has the module: its types say how deep they go.");

    public string Text(string name) => TextOrNull(name) ?? throw Missing(name);

    public string? TextOrNull(string name) => bag.Properties[name]?.Value?.ToString();

    public int Number(string name) => (int)Wide(name, int.MaxValue);

    public ulong Wide(string name, ulong maximum = ulong.MaxValue)
    {
        object value = bag.Properties[name]?.Value is { } given ? PSObject.AsPSObject(given).BaseObject : throw Missing(name);
        try
        {
            ulong number = Convert.ToUInt64(value, CultureInfo.InvariantCulture);
            if (number <= maximum) return number;
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException)
        {
            // said below, as what is too great
        }

        throw Bad(name, value);
    }

    /// <summary>A value of an enumeration, which travels as its name or as a number that prints its name.</summary>
    public T Word<T>(string name) where T : struct, Enum => Word<T>(bag.Properties[name]?.Value ?? throw Missing(name), name);

    public IEnumerable<T> Words<T>(string name) where T : struct, Enum => Items(name).Select(item => Word<T>(item, name));

    public bool Flag(string name) => bag.Properties[name]?.Value is { } value ? LanguagePrimitives.IsTrue(value) : throw Missing(name);

    /// <summary>A time, which travels as its properties.</summary>
    public DateTimeOffset Time(string name)
    {
        var value = PSObject.AsPSObject(bag.Properties[name]?.Value ?? throw Missing(name));
        if (value.BaseObject is DateTimeOffset whole) return whole;
        return value.Properties["UtcTicks"]?.Value is long ticks && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks ? new DateTimeOffset(ticks, TimeSpan.Zero).ToLocalTime() : throw Bad(name, value);
    }

    public object? Value(string name) => bag.Properties[name]?.Value;

    public IEnumerable<object> Items(string name) => Value(name) switch
    {
        null => throw Missing(name),
        var value when PSObject.AsPSObject(value).BaseObject is IEnumerable list and not string => list.Cast<object>(),
        var value => [value],
    };

    private T Word<T>(object value, string name) where T : struct, Enum =>
        Enum.TryParse(value.ToString(), ignoreCase: false, out T word) ? word : throw Bad(name, value);

    private SandboxException Missing(string name) => new("Deserialized,MISSING", SandboxErrorKind.InvalidArgument, $"The deserialised {type} has no {name}.", "Serialise it again without -Depth.");

    private SandboxException Bad(string name, object value) => new("Deserialized,BAD_VALUE", SandboxErrorKind.InvalidArgument, $"{name} of the deserialised {type} can't be '{value}'.", "Serialise it again, and don't change the text.");
}
