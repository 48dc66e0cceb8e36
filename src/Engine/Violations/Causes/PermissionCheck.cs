using System.Globalization;
using Sandbox.Native;

namespace Sandbox.Violations;

/// <summary>Whether the owner, the mode bits or the access list of a file allow an access (fs/namei.c, inode_permission and generic_permission).</summary>
internal static class PermissionCheck
{
    public const int Execute = 1, Write = 2, Read = 4;
    private const int Override = 1, ReadSearch = 2; // CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH

    public static CheckResult Of(Inode file, int wanted, CallerIdentity caller, CauseQuery query)
    {
        if (wanted == 0) return CheckResult.Passes;
        if (file.IsRemote) return CheckResult.Undecided($"{file.Path} is on a file system whose server decides on permissions");
        if ((wanted & Write) != 0 && file.IsImmutable) return Refused(Errno.EPERM, $"{file.Path} has the immutable attribute (chattr +i).", null);
        var granted = Granted(file, wanted, caller);
        if (granted is true) return CheckResult.Passes;
        if (granted is null) return CheckResult.Undecided($"{Describe(file)}: it depends on the groups of the caller, which aren't known");
        return ByCapability(file, wanted, caller) switch
        {
            true => CheckResult.Passes,
            null => CheckResult.Undecided($"{Describe(file)}: it depends on the user namespace of the caller, which couldn't be looked at"),
            false => Refused(Errno.EACCES, Reason(file, wanted, caller, query), CauseSuggestion.Path(query, file.Path, wanted)),
        };
    }

    /// <summary>A file's owner and mode.</summary>
    public static string Describe(Inode file) => string.Create(CultureInfo.InvariantCulture, $"{file.Path}: mode 0{Convert.ToString(file.Mode, 8).PadLeft(3, '0')}, owner {file.Owner}:{file.Group}");

    public static CheckResult Refused(int errno, string text, string? suggestion) => CheckResult.Refuses(errno, SandboxViolationCause.FilePermission, text, suggestion);

    private static bool? Granted(Inode file, int wanted, CallerIdentity caller)
    {
        if (file.Owner == caller.User) return Bits(file.Mode >> 6);
        // As the kernel: without any right for the group the access list can't give more.
        if ((file.Mode & 0x38) != 0 && file.AccessList() is { } list) return PosixAccessList.Grants(list, file, caller, wanted);
        // Where both classes have the same rights it doesn't matter which one it is.
        if (Bits(file.Mode >> 3) == Bits(file.Mode)) return Bits(file.Mode);
        return caller.IsMember(file.Group) is { } member ? Bits(member ? file.Mode >> 3 : file.Mode) : null;
        bool Bits(int rights) => (rights & wanted) == wanted;
    }

    private static bool? ByCapability(Inode file, int wanted, CallerIdentity caller)
    {
        var reads = file.IsDirectory ? (wanted & Write) == 0 : wanted == Read;
        var over = file.IsDirectory || (wanted & Execute) == 0 || (file.Mode & 0x49) != 0;
        var first = reads ? caller.HasOver(ReadSearch, file) : false;
        var second = over ? caller.HasOver(Override, file) : false;
        if (first == true || second == true) return true;
        return first is null || second is null ? null : false;
    }

    private static string Reason(Inode file, int wanted, CallerIdentity caller, CauseQuery query)
    {
        var capability = file.IsDirectory ? (wanted & Write) == 0 ? ReadSearch : Override : wanted == Read ? ReadSearch : Override;
        var list = file.Owner != caller.User && (file.Mode & 0x38) != 0 && file.AccessList() is not null ? ", with an access list" : "";
        var hidden = query.Sandbox?.Profile.HiddenPaths.Contains(file.Path) == true ? "; the path is hidden in this sandbox" : "";
        return $"{Describe(file)}{list}: no {Rights(file, wanted)} for the caller, {caller}, {caller.Lacks(capability)}{hidden}.";
    }

    private static string Rights(Inode file, int wanted) => string.Join(" and ", new[]
    {
        (wanted & Read) != 0 ? "read" : null, (wanted & Write) != 0 ? "write" : null, (wanted & Execute) != 0 ? file.IsDirectory ? "search" : "execute" : null,
    }.Where(w => w is not null)) + " permission";
}
