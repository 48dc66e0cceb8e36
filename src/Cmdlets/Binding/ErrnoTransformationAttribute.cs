using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Sandbox.Native;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds errnos: names such as <c>EACCES</c>, in any case, or numbers.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ErrnoTransformationAttribute : ArgumentTransformationAttribute
{
    private const int Largest = 4095; // MAX_ERRNO of linux/err.h

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            null => null, // for the parameter's own validation to refuse
            IEnumerable list and not string => list.Cast<object?>().Select(One).ToArray(),
            _ => new[] { One(value) },
        };
    }

    private static int One(object? item)
    {
        object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
        string text = Convert.ToString(value, CultureInfo.InvariantCulture)?.Trim() ?? "";
        if (Errno.TryParse(text.ToUpperInvariant(), out int known)) return known;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= Largest) return number;
        throw new ArgumentTransformationMetadataException($"'{text}' is no errno. Give a name of errno(3) such as EACCES, or a number from 1 to {Largest}.");
    }
}
