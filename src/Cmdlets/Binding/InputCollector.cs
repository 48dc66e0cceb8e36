using System.Management.Automation;
using System.Text;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Gathers pipeline input as the bytes that a target will read: bytes as they are, anything else as a line of UTF-8.</summary>
internal sealed class InputCollector
{
    private MemoryStream? _bytes;

    /// <summary>Null where nothing was given: the target then reads the end at once.</summary>
    public byte[]? Bytes => _bytes?.ToArray();

    public void Add(object? value)
    {
        _bytes ??= new();
        switch (value is PSObject wrapped ? wrapped.BaseObject : value)
        {
            case null:
                break;
            case byte[] bytes:
                _bytes.Write(bytes);
                break;
            case byte single:
                _bytes.WriteByte(single);
                break;
            case object?[] many:
                foreach (var one in many) Add(one);
                break;
            case var other:
                _bytes.Write(Encoding.UTF8.GetBytes(LanguagePrimitives.ConvertTo<string>(other) + "\n"));
                break;
        }
    }
}
