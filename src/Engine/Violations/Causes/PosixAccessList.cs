using System.Buffers.Binary;

namespace Sandbox.Violations;

/// <summary>A POSIX access list as its attribute has it (linux/posix_acl_xattr.h), and what the kernel makes of it (fs/posix_acl.c, posix_acl_permission).</summary>
internal static class PosixAccessList
{
    private const int OwnerTag = 0x01, UserTag = 0x02, OwningGroupTag = 0x04, GroupTag = 0x08, MaskTag = 0x10, OtherTag = 0x20;

    /// <summary>Whether it grants the access; null where the caller's groups would decide and aren't known, or where it isn't understood.</summary>
    public static bool? Grants(ReadOnlySpan<byte> list, Inode file, CallerIdentity caller, int wanted)
    {
        if (list.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(list) != 2) return null;
        var entries = new List<(int Tag, int Rights, uint Id)>();
        for (var at = 4; at + 8 <= list.Length; at += 8)
        {
            entries.Add((BinaryPrimitives.ReadUInt16LittleEndian(list[at..]), BinaryPrimitives.ReadUInt16LittleEndian(list[(at + 2)..]), BinaryPrimitives.ReadUInt32LittleEndian(list[(at + 4)..])));
        }

        var mask = entries.Where(e => e.Tag == MaskTag).Select(e => e.Rights).FirstOrDefault(7);
        if (file.Owner == caller.User) return Covers(entries.First(e => e.Tag == OwnerTag).Rights);
        if (entries.FirstOrDefault(e => e.Tag == UserTag && e.Id == caller.User) is { Tag: UserTag } user) return Covers(user.Rights & mask);
        var found = false;
        foreach (var entry in entries.Where(e => e.Tag is OwningGroupTag or GroupTag))
        {
            switch (caller.IsMember(entry.Tag == OwningGroupTag ? file.Group : entry.Id))
            {
                case null: return null;
                case true when Covers(entry.Rights): return Covers(entry.Rights & mask);
                case true: found = true; break;
            }
        }

        return !found && Covers(entries.First(e => e.Tag == OtherTag).Rights);
        bool Covers(int rights) => (rights & wanted) == wanted;
    }
}
