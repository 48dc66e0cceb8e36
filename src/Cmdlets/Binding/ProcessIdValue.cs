using System.Globalization;
using System.Management.Automation;

namespace Sandbox.Cmdlets.Binding;

/// <summary>A process id, given as a number, as text, or by an object that has one.</summary>
internal static class ProcessIdValue
{
    /// <summary>The id of an item: itself, or the first of these properties that has a value.</summary>
    public static int Of(object? item, params string[] properties)
    {
        object? value = item is PSObject wrapped ? wrapped.BaseObject : item;
        if (value is not (null or int or long or string)) value = properties.Select(name => PSObject.AsPSObject(item).Properties[name]?.Value).FirstOrDefault(found => found is not null);
        return int.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id > 0
            ? id
            : throw new ArgumentTransformationMetadataException($"'{item}' is no process: give its id, or an object with one.");
    }
}
