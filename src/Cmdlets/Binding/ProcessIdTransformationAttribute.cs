using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds ids of any processes: numbers, process objects, hardened processes, or anything with a ProcessId or an Id.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ProcessIdTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is IEnumerable list and not string ? list.Cast<object?>().Select(One).ToArray() : new[] { One(inputData) };
    }

    private static int One(object? item)
    {
        object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
        if (value is not (null or int or long or string)) value = Property(item!, "ProcessId") ?? Property(item!, "Id");
        return int.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id > 0
            ? id
            : throw new ArgumentTransformationMetadataException($"'{item}' is no process: give its id, or an object with one.");
    }

    private static object? Property(object item, string name) => PSObject.AsPSObject(item).Properties[name]?.Value;
}
